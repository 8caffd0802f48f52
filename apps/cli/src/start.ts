#!/usr/bin/env node
// What is shipped begins here: from the second start on, Node takes the program's code as it compiled it before. Not in
// a directory that others may write to: what is kept there is run.
import module from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const { env, platform } = process
const caches = platform === 'win32' ? env.LOCALAPPDATA : env.XDG_CACHE_HOME
// Since Node 22.1, and not when NODE_DISABLE_COMPILE_CACHE says so.
if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function')
  module.enableCompileCache(join(caches || join(homedir(), '.cache'), 'rack-gateway', 'code'))

void import('./main.ts')
