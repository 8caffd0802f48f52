import { ConvoxNotExecutable } from '../errors.ts'

/**
 * Why a convox that is there couldn't be started.
 *
 * @param code the system's; `ENOENT` is of what runs the file, since the file itself was found
 */
export function startError(name: string, code: string): Error {
  const next =
    code === 'ENOENT'
      ? 'Install what runs it, such as the interpreter that its first line names'
      : 'Check its permissions'
  return new ConvoxNotExecutable(name, code, next)
}
