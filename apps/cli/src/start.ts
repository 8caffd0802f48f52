#!/usr/bin/env node
// What is shipped as JavaScript begins here: later starts take the program's code as it was compiled before.
import module, { createRequire } from 'node:module'
import { codeDirectory } from './code-directory.ts'
import { type LoadedCode, loadKept, scriptAt } from './kept-code.ts'

/** Named by the build, after the script's content. */
declare const mainScript: string

const code = codeDirectory(process)
// For modules, since Node 22.1, and not when NODE_DISABLE_COMPILE_CACHE says so.
if (code !== null && 'enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache(code)

const requireBeside = createRequire(import.meta.url)
const loaded: LoadedCode[] = []

/** Runs a script beside this one. No script has an `import()` of its own, but for experiments. */
function runKept(name: string): unknown {
  const address = new URL(name, import.meta.url)
  const script = loadKept(scriptAt(address), code, requireBeside, address.href, importModule, runKept, keepCode)
  loaded.push(script)
  return script.exports
}

function importModule(address: string): Promise<unknown> {
  return import(address)
}

function keepCode(): void {
  for (const { keep } of loaded) keep()
}

runKept(mainScript)
