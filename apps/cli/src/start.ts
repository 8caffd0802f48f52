#!/usr/bin/env node
// What is shipped as JavaScript begins here: later starts take the program's code as it was compiled before.
import module, { createRequire } from 'node:module'
import { codeDirectory } from './code-directory.ts'
import { loadKept, scriptAt } from './kept-code.ts'

/** Named by the build, after the script's content. */
declare const mainScript: string

const code = codeDirectory(process)
// For modules, since Node 22.1, and not when NODE_DISABLE_COMPILE_CACHE says so.
if (code !== null && 'enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache(code)

const main = new URL(mainScript, import.meta.url)
// No script has an `import()` of its own, but for experiments.
loadKept(scriptAt(main), code, createRequire(main), main.href, (address: string) => import(address))
