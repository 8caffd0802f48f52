import { decodeUtf8 } from './bytes.ts'
import { readMediaType } from './media-type.ts'

export interface Field {
  readonly name: string
  readonly value: string
}

/** Leaves files out. Null if Go's reader fails: without a final boundary, or if the headers of a part have no end. */
export function readMultipart(body: Buffer, boundary: string): Field[] | null {
  const lines = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`)
  const fields: Field[] = []
  for (const part of lines.slice(1)) {
    if (part.startsWith('--')) return fields
    const field = readPart(part)
    if (field === 'broken') return null
    if (field !== null) fields.push(field)
  }
  return null
}

function readPart(part: string): Field | 'broken' | null {
  const content = /^[ \t]*\r\n([\s\S]*)$/.exec(part)?.[1]
  if (content === undefined) return 'broken'
  const end = content.startsWith('\r\n') ? 0 : content.indexOf('\r\n\r\n')
  if (end === -1) return 'broken'
  const disposition = /^content-disposition:(.*)$/im.exec(content.slice(0, end))?.[1]?.trim() ?? ''
  const { type, parameters } = readMediaType(disposition)
  const name = parameters.get('name') ?? ''
  if (type !== 'form-data' || name === '' || (parameters.get('filename') ?? '') !== '') return null
  return { name: decodeUtf8(name), value: decodeUtf8(content.slice(end + (end === 0 ? 2 : 4))) }
}
