import { Refusal } from './refusal.ts'

/** One header field. Bytes are characters of latin1. */
export interface Field {
  /** In lower case. */
  readonly name: string
  /** Without the space around it. */
  readonly value: string
  /** As it came. */
  readonly line: string
}

export interface RequestHead {
  readonly method: string
  readonly target: string
  readonly requestLine: string
  readonly fields: readonly Field[]
}

/** A head may be as long as the gateway takes it. In bytes. */
export const longestHead = 64 * 1024
const mostFields = 256

const requestLinePattern = /^([A-Z]{1,32}) (\/[\x21-\x7e\x80-\xff]*) HTTP\/1\.1$/
const fieldPattern = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e\x80-\xff]*)$/

/**
 * A head that every reader of HTTP/1.1 understands alike, so that what stands behind cannot see another request in it.
 *
 * @param bytes up to the empty line, without that
 * @throws Refusal for anything else: nothing is repaired
 * @see RFC 9112, sections 2 to 5
 */
export function parseRequestHead(bytes: Buffer): RequestHead {
  const [requestLine = '', ...lines] = bytes.toString('latin1').split('\r\n')
  const [, method, target] = requestLinePattern.exec(requestLine) ?? []
  if (method === undefined || target === undefined) throw new Refusal(400, 'the request line is not one of HTTP/1.1')
  if (lines.length > mostFields) throw new Refusal(431, 'the request has too many header fields')
  return { method, target, requestLine, fields: lines.map(parseField) }
}

/** @throws Refusal */
export function parseField(line: string): Field {
  const [, name, value] = fieldPattern.exec(line) ?? []
  if (name === undefined || value === undefined) throw new Refusal(400, 'a header field is not one of HTTP/1.1')
  return { name: name.toLowerCase(), value: value.replace(/^[\t ]+|[\t ]+$/g, ''), line }
}

/** The one value of a field, or null where there is none. @throws Refusal for a second one */
export function onlyValue(fields: readonly Field[], name: string): string | null {
  const found = fields.filter((field) => field.name === name)
  if (found.length > 1) throw new Refusal(400, `the request has the header field ${name} twice`)
  return found[0]?.value ?? null
}
