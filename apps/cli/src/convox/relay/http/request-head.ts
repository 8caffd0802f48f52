import { Refusal } from './refusal.ts'

export interface RequestLine {
  readonly method: string
  readonly target: string
}

/** One header field. Bytes are characters of latin1. */
export interface Field {
  /** In lower case. */
  readonly name: string
  /** Without the space around it. */
  readonly value: string
  /** As it came, without its end. */
  readonly line: string
}

const mostFields = 256

const requestLinePattern = /^([A-Z]{1,32}) (\/[\x21-\x7e\x80-\xff]*) HTTP\/1\.1$/
const fieldPattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/

/**
 * With the fields below, a head that every reader of HTTP/1.1 understands alike, so that what stands behind cannot see
 * another request in it.
 *
 * @param line without its end
 * @throws Refusal for anything else: nothing is repaired
 * @see RFC 9112, section 3
 */
export function parseRequestLine(line: string): RequestLine {
  const [, method, target] = requestLinePattern.exec(line) ?? []
  if (method === undefined || target === undefined) throw new Refusal(400, 'The request line is not valid HTTP/1.1.')
  return { method, target }
}

/**
 * @param lines what stands below the request line, each line with its end, and the empty one
 * @throws Refusal
 * @see RFC 9112, section 5
 */
export function parseFields(lines: string): readonly Field[] {
  const separate = lines.split('\r\n').slice(0, -2)
  if (separate.length > mostFields) throw new Refusal(431, 'the request has too many header fields')
  return separate.map(parseField)
}

/** @throws Refusal */
export function parseField(line: string): Field {
  const [, name, value] = fieldPattern.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Refusal(400, 'a header field is not one of HTTP/1.1')
  return { name: name.toLowerCase(), value: withoutSpaceAround(value), line }
}

/** In one pass: an expression for the space at the end would begin anew at each blank before it. */
function withoutSpaceAround(value: string): string {
  let [from, to] = [0, value.length]
  while (from < to && isSpace(value.charCodeAt(from))) from++
  while (to > from && isSpace(value.charCodeAt(to - 1))) to--
  return value.slice(from, to)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** The one value of a field, or null where there is none. @throws Refusal for a second one */
export function onlyValue(fields: readonly Field[], name: string): string | null {
  const found = fields.filter((field) => field.name === name)
  if (found.length > 1) throw new Refusal(400, `the request has the header field ${name} twice`)
  return found[0]?.value ?? null
}
