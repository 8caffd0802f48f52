import { RequestError } from './request-error.ts'

export interface RequestLine {
  readonly method: string
  readonly target: string
}

/** A header field. Each character is a byte (latin1). */
export interface Field {
  /** In lower case. */
  readonly name: string
  /** Without surrounding whitespace. */
  readonly value: string
  /** The unchanged line, without its end. */
  readonly line: string
}

const maxFields = 256

const requestLinePattern = /^([A-Z]{1,32}) (\/[\x21-\x7e\x80-\xff]*) HTTP\/1\.1$/
const fieldPattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/

/**
 * Accepts only request lines that every HTTP/1.1 server reads in the same way. Otherwise, a server behind the relay
 * could read a request that the relay did not check.
 *
 * @param line without its end
 * @throws RequestError
 * @see RFC 9112, section 3
 */
export function parseRequestLine(line: string): RequestLine {
  const [, method, target] = requestLinePattern.exec(line) ?? []
  if (method === undefined || target === undefined)
    throw new RequestError(400, 'The request line is not valid HTTP/1.1.')
  return { method, target }
}

/**
 * @param lines the lines after the request line with their ends, and the empty line
 * @throws RequestError
 * @see RFC 9112, section 5
 */
export function parseFields(lines: string): readonly Field[] {
  const fieldLines = lines.split('\r\n').slice(0, -2)
  if (fieldLines.length > maxFields) throw new RequestError(431, 'The request has too many header fields.')
  return fieldLines.map(parseField)
}

/** @throws RequestError */
export function parseField(line: string): Field {
  const [, name, value] = fieldPattern.exec(line) ?? []
  if (name === undefined || value === undefined) throw new RequestError(400, 'A header field is not valid HTTP/1.1.')
  return { name: name.toLowerCase(), value: trimWhitespace(value), line }
}

/** A regular expression for trailing whitespace would take quadratic time. */
function trimWhitespace(value: string): string {
  let [from, to] = [0, value.length]
  while (from < to && isSpace(value.charCodeAt(from))) from++
  while (to > from && isSpace(value.charCodeAt(to - 1))) to--
  return value.slice(from, to)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** The value of a field, or null. @throws RequestError if the field is repeated */
export function onlyValue(fields: readonly Field[], name: string): string | null {
  const found = fields.filter((field) => field.name === name)
  if (found.length > 1) throw new RequestError(400, `The request has the header field ${name} twice.`)
  return found[0]?.value ?? null
}
