import { mediaType, multipartType, type Pair } from './pairs.ts'

/** The fields of a multipart body in order, without files. */
export type MultipartReading = { readonly fields: readonly Pair[] } | { readonly error: string }

const noFields: MultipartReading = Object.freeze({ fields: [] })

/**
 * Reads the form values of `multipart/form-data` as Go's server does. The gateway rejects such bodies; the demo rack
 * and tests use this function to show what a rack would read.
 */
export function readMultipart(contentType: string, body: Buffer): MultipartReading {
  if (mediaType(contentType) !== multipartType) return noFields
  const boundary = parameter(contentType, 'boundary')
  if (boundary === null || boundary === '') return { error: 'no multipart boundary param in Content-Type' }
  const parts = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`)
  const fields: Pair[] = []
  for (const part of parts.slice(1)) {
    if (part.startsWith('--')) return { fields }
    const field = readPart(part)
    if (field) fields.push(field)
  }
  return { error: 'multipart: NextPart: EOF' }
}

function readPart(part: string): Pair | null {
  const headEnd = part.indexOf('\r\n\r\n')
  if (headEnd === -1) return null
  const disposition = part
    .slice(0, headEnd)
    .split('\r\n')
    .find((line) => line.toLowerCase().startsWith('content-disposition:'))
  if (disposition === undefined || parameter(disposition, 'filename') !== null) return null
  const key = parameter(disposition, 'name')
  if (key === null) return null
  return { key: utf8(key), value: utf8(part.slice(headEnd + 4)) }
}

function parameter(header: string, name: string): string | null {
  for (const piece of header.split(';').slice(1)) {
    const equals = piece.indexOf('=')
    if (equals === -1 || piece.slice(0, equals).trim().toLowerCase() !== name) continue
    const value = piece.slice(equals + 1).trim()
    return value.startsWith('"') && value.endsWith('"') && value.length > 1 ? value.slice(1, -1) : value
  }
  return null
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
