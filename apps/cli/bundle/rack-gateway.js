#!/usr/bin/env node
import { createRequire as requireFor } from 'node:module'; const require = requireFor(import.meta.url);
import module from"node:module";import{homedir}from"node:os";import{join}from"node:path";var{env,platform}=process,caches=platform==="win32"?env.LOCALAPPDATA:env.XDG_CACHE_HOME;"enableCompileCache"in module&&typeof module.enableCompileCache=="function"&&module.enableCompileCache(join(caches||join(homedir(),".cache"),"rack-gateway","code"));await import("./main.js");
