import { UnmaskableAnswer } from '../errors.ts'
import { hidePassword, hidePasswords } from './addresses.ts'
import { asObject, type Json, type JsonObject, mapMembers, mapStrings } from './json.ts'
import { maskManifest } from './manifest.ts'
import { isSecretValue } from './secret-keys.ts'
import { hidden, type MaskView } from './view.ts'

/** Parameters of the rack or an app, unless all secrets are shown. */
export function parameters(value: Json, view: MaskView): Json {
  return view.secrets ? value : maskParameters(value, view)
}

export function maskParameters(value: Json, view: MaskView): Json {
  if (value === null) return null
  return mapMembers(asObject(value, 'the parameters'), (key, item) => {
    const found = text(item, 'a parameter')
    return found === null || found === '' ? item : maskParameter(key, found, view)
  })
}

function maskParameter(key: string, value: string, view: MaskView): string {
  if (view.isSecretParameter(key)) return hidden
  return isSecretValue(value) ? hidePassword(hidePasswords(value), (name) => view.isSecret(name)) : value
}

export function manifest(value: Json, view: MaskView): Json {
  const found = text(value, 'the manifest')
  return found === null ? null : maskManifest(found, view)
}

export function address(value: Json, view: MaskView): Json {
  const found = text(value, 'the address')
  return found === null ? null : hidePassword(found, (key) => view.isSecret(key))
}

/** Passwords in addresses, in whatever field a rack may have put them. */
export function sweep(value: Json, view: MaskView): Json {
  return view.secrets ? value : swept(value)
}

/** As `sweep`, for everyone. */
export function swept(value: Json): Json {
  return mapStrings(value, hidePasswords)
}

/** The mask of a value of any kind; an empty one stays empty. */
export function concealed(value: Json): Json {
  return value === null || value === '' ? value : hidden
}

/** A field that a row can't be judged without. */
export function named(object: JsonObject, field: string): string {
  const value = object[field]
  if (typeof value !== 'string' || value === '') throw new UnmaskableAnswer(`it has no ${field}`)
  return value
}

/** A text or nothing. */
export function text(value: Json, what: string): string | null {
  if (value === null || typeof value === 'string') return value
  throw new UnmaskableAnswer(`${what} is not a text`)
}
