import { exitCodes } from '../errors/exit-codes.ts'

let isOpen = false

/**
 * Returns `process.stdout`, whose reader can close the pipe: the program then exits without a message. A function,
 * because access to `process.stdout` creates a Node stream, which convox commands do not need.
 */
export function standardOutput(): NodeJS.WriteStream {
  if (!isOpen) process.stdout.on('error', exitOnClosedPipe)
  isOpen = true
  return process.stdout
}

function exitOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCodes.pipeClosed)
}
