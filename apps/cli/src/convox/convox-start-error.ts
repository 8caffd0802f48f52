import { ConvoxNotExecutable } from '../errors/errors.ts'

/** @param code the system's error code; `ENOENT`: the interpreter is missing, because the file itself exists */
export function convoxStartError(name: string, code: string): Error {
  const remedy =
    code === 'ENOENT' ? 'Install the interpreter that the first line of the file names' : 'Check its permissions'
  return new ConvoxNotExecutable(name, code, remedy)
}
