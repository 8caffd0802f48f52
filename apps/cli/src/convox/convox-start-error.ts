import { ConvoxNotExecutable } from '../errors.ts'

/**
 * The error for a convox that exists but cannot be started.
 *
 * @param code the system's error code; `ENOENT` means that the interpreter is missing, because the file itself exists
 */
export function startError(name: string, code: string): Error {
  const remedy =
    code === 'ENOENT' ? 'Install the interpreter that the first line of the file names' : 'Check its permissions'
  return new ConvoxNotExecutable(name, code, remedy)
}
