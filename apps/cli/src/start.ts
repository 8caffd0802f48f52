#!/usr/bin/env node
// What is shipped begins here: later starts take the program's code as it was compiled before. Not in a directory that
// others may write to: what is kept there is run.
import module from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { loadKept } from './kept-code.ts'
import { makeOwnDirectory } from './own-directory.ts'

/** Named by the build, after the script's content. */
declare const mainScript: string

const { env, platform } = process
const said = (platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME) ?? ''
// What isn't absolute doesn't count, as its specification asks: it would be in whatever directory somebody stands in.
const caches = isAbsolute(said) ? said : join(homedir(), '.cache')
const directory = join(caches, 'rack-gateway', 'code')
const code = makeOwnDirectory(directory) ? directory : null
// For modules, since Node 22.1, and not when NODE_DISABLE_COMPILE_CACHE says so.
if (code !== null && 'enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache(code)

loadKept(new URL(mainScript, import.meta.url), code, (address) => import(address))
