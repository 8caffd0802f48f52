import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import { Server, Socket } from 'node:net'
import { vi } from 'vitest'

/**
 * Unit tests of a worker share one process. A socket or child process that one test leaves open would disturb the
 * other tests.
 */
function refuse(action: string): () => never {
  return function refused() {
    throw new Error(`A unit test must not ${action}. Rename the file to *.integration.test.ts.`)
  }
}

Server.prototype.listen = refuse('listen on a socket')
Socket.prototype.connect = refuse('open a connection')
Object.assign(childProcess.ChildProcess.prototype, { spawn: refuse('start a process') })
for (const name of ['spawnSync', 'execSync', 'execFileSync'] as const)
  Object.assign(childProcess, { [name]: refuse('start a process') })
syncBuiltinESMExports()

// A module that another file of the worker loaded keeps the mocks of that file. Only tests of the web console replace
// modules that other test files use. Tests for Node use `{ spy: true }`, or replace a module that no other test imports.
if ('document' in globalThis) vi.resetModules()
