import { UnmaskableResponse } from '../errors/errors.ts'
import { asObject, type Json, type JsonObject, mapMembers, mapStrings } from './json.ts'
import { maskManifest } from './mask-manifest.ts'
import { type MaskView, redactionPlaceholder } from './mask-view.ts'
import { containsSecret } from './secret-keys.ts'
import { redactPasswordsInText, redactUrl } from './url-passwords.ts'

export function maskParametersUnlessShown(value: Json, view: MaskView): Json {
  return view.secrets ? value : maskParameters(value, view)
}

export function maskParameters(value: Json, view: MaskView): Json {
  if (value === null) return null
  return mapMembers(asObject(value, 'the parameters'), (key, item) => {
    const found = optionalText(item, 'a parameter')
    return found === null || found === '' ? item : maskParameter(key, found, view)
  })
}

function maskParameter(key: string, value: string, view: MaskView): string {
  if (view.isSecretParameter(key)) return redactionPlaceholder
  return containsSecret(value) ? redactUrl(redactPasswordsInText(value), (name) => view.isSecret(name)) : value
}

/** Caches the last manifest of each view, because most releases in a list have the same manifest. */
const lastManifests = new WeakMap<MaskView, { readonly manifest: string; readonly masked: string }>()

export function maskManifestField(value: Json, view: MaskView): Json {
  const manifest = optionalText(value, 'the manifest')
  if (manifest === null) return null
  const last = lastManifests.get(view)
  if (last?.manifest === manifest) return last.masked
  const masked = maskManifest(manifest, view)
  lastManifests.set(view, { manifest, masked })
  return masked
}

export function redactAddress(value: Json, view: MaskView): Json {
  const found = optionalText(value, 'the address')
  return found === null ? null : redactUrl(found, (key) => view.isSecret(key))
}

export function redactStringsUnlessShown(value: Json, view: MaskView): Json {
  return view.secrets ? value : redactStrings(value)
}

export function redactStrings(value: Json): Json {
  return mapStrings(value, redactPasswordsInText)
}

/** Replaces a value of any type. An empty value stays empty. */
export function redactValue(value: Json): Json {
  return value === null || value === '' ? value : redactionPlaceholder
}

/** @throws UnmaskableResponse if the field is missing or empty */
export function requiredText(object: JsonObject, field: string): string {
  const value = object[field]
  if (typeof value !== 'string' || value === '') throw new UnmaskableResponse(`it has no ${field}`)
  return value
}

/** @throws UnmaskableResponse for any other type */
export function optionalText(value: Json, what: string): string | null {
  if (value === null || typeof value === 'string') return value
  throw new UnmaskableResponse(`${what} is not a string`)
}
