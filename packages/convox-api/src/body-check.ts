import { formType, mediaType } from './pairs.ts'
import { ambiguous, type ParameterRefusal, type ParameterRequest } from './parameter-refusal.ts'
import type { RackRoute } from './types.ts'

/** What the body, or what announces it, must not be on this route. */
export function bodyMisfit(
  route: RackRoute,
  { contentType, body, rawHeaders }: ParameterRequest,
): ParameterRefusal | null {
  const headers = countFraming(rawHeaders)
  if (headers.contentTypes > 1) return ambiguous('the header Content-Type was sent more than once', 'send it once')
  const type = mediaType(contentType)
  if (type.startsWith('multipart/')) {
    return ambiguous(
      'a multipart body can be read two ways and is not permitted',
      'send parameters url-encoded, files as application/octet-stream',
    )
  }
  if (route.body === 'raw') {
    if (type !== formType) return null
    return ambiguous(
      `this call takes a file as its body, but ${formType} would be read as parameters`,
      'send it as application/octet-stream',
    )
  }
  const empty = body === null ? !headers.announced : body.length === 0
  if (empty) return null
  if (route.body === 'none') return ambiguous('this call takes no body', 'send it without one')
  if (body === null)
    return ambiguous('this call takes its parameters from the body, which could not be read', 'send them url-encoded')
  if (isPlainForm(contentType)) return null
  return ambiguous(`this call takes its parameters as ${formType}`, 'set that Content-Type, or send no body')
}

/** Go ignores the whole body over some Content-Type parameters (a doubled one), and none but a charset means anything here. */
function isPlainForm(contentType: string): boolean {
  const [, ...parameters] = contentType.split(';')
  const permitted = parameters.length === 0 || (parameters.length === 1 && isUtf8Charset(parameters[0] ?? ''))
  return mediaType(contentType) === formType && permitted
}

function isUtf8Charset(parameter: string): boolean {
  const spelled = parameter.trim().toLowerCase()
  return spelled === 'charset=utf-8' || spelled === 'charset="utf-8"'
}

function countFraming(rawHeaders: readonly string[]): { contentTypes: number; announced: boolean } {
  let contentTypes = 0
  let announced = false
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase()
    if (name === 'content-type') contentTypes++
    if (name === 'transfer-encoding' || (name === 'content-length' && rawHeaders[index + 1] !== '0')) announced = true
  }
  return { contentTypes, announced }
}
