#!/usr/bin/env node
// What is shipped begins here: from the second start on, Node takes the program's code as it compiled it before. Not in
// a directory that others may write to: what is kept there is run.
import module from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeOwnDirectory } from './own-directory.ts'

const { env, platform } = process
const said = (platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME) ?? ''
// What isn't absolute doesn't count, as its specification asks: it would be in whatever directory somebody stands in.
const caches = isAbsolute(said) ? said : join(homedir(), '.cache')
const code = join(caches, 'rack-gateway', 'code')
// Since Node 22.1, and not when NODE_DISABLE_COMPILE_CACHE says so.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function' && makeOwnDirectory(code))
  module.enableCompileCache(code)

void import('./main.ts')
