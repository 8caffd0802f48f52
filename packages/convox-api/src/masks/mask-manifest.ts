import { type MaskView, redactionPlaceholder } from './mask-view.ts'
import { redactCommandText } from './redact-command.ts'
import { containsSecret } from './secret-keys.ts'
import { redactPasswordsInText } from './url-passwords.ts'

const listItem = /^(\s*-\s+)(["']?)([A-Za-z0-9_.-]+)=(.*)$/s
const bareItem = /^\s*-\s+(["']?)(?:[A-Za-z0-9_.-]+|\*)\1\s*$/
const mapEntry = /^(\s*)(["']?)([A-Za-z0-9_.-]+)\2\s*:(?:\s+(.*))?$/s
const blockHead = /^\s*(?:-\s+)?["']?environment["']?\s*:\s*(?:&[\w-]+\s*)?(?:#.*)?$/is
const aliasHead = /^\s*["']?environment["']?\s*:\s*\*[\w-]+\s*$/i
const anyHead = /environment["']?\s*:/i

type IsMasked = (key: string, value: string) => boolean

interface ManifestPosition {
  /** The indent of the `environment:` that contains the current line; null outside. */
  blockIndent: number | null
  /** The indent of the last masked line. Deeper lines belong to its value. */
  maskedIndent: number | null
}

/**
 * Masks the values of environment keys in a convox.yml: all of them, or only secret ones, as the view requires. Works
 * on lines, not on YAML: below `environment:`, a line of an unknown form is masked as a whole.
 */
export function maskManifest(manifest: string, view: MaskView): string {
  if (view.env === 'shown') return manifest
  const position: ManifestPosition = { blockIndent: null, maskedIndent: null }
  const shown: string[] = []
  for (const line of manifest.split('\n')) {
    if (belongsToMasked(line, position)) continue
    if (position.blockIndent !== null && endsBlock(line, position.blockIndent)) position.blockIndent = null
    if (position.blockIndent === null && isFlowStyle(line)) {
      shown.push(`# ${redactionPlaceholder}: from here on, because environment is not written as a block`)
      break
    }
    const masked = position.blockIndent === null ? maskOutsideBlock(line, view) : maskInBlock(line, view)
    if (masked !== line) position.maskedIndent = indentOf(line)
    if (position.blockIndent === null && blockHead.test(line)) position.blockIndent = indentOf(line)
    shown.push(masked)
  }
  return shown.join('\n')
}

function belongsToMasked(line: string, position: ManifestPosition): boolean {
  if (position.maskedIndent === null || line.trim() === '') return false
  if (indentOf(line) > position.maskedIndent) return true
  position.maskedIndent = null
  return false
}

function maskInBlock(line: string, view: MaskView): string {
  if (line.trim() === '' || bareItem.test(line)) return line
  const isMasked: IsMasked = (key, value) => {
    if (view.env === 'hidden') return value.trim() !== ''
    return view.isSecret(key) || containsSecret(value) || /^["']?[|>&*]/.test(value)
  }
  return maskAssignment(line, isMasked) ?? `${' '.repeat(indentOf(line))}# ${redactionPlaceholder}`
}

/** A secret key can be outside `environment:`, for example below an anchor. */
function maskOutsideBlock(line: string, view: MaskView): string {
  const isMasked: IsMasked = (key, value) => value.trim() !== '' && view.isSecret(key)
  return redactCommandText(maskAssignment(line, isMasked) ?? redactPasswordsInText(line), view)
}

/** Masks the value of `- KEY=value` or `KEY: value` if `isMasked`; null for any other line. */
function maskAssignment(line: string, isMasked: IsMasked): string | null {
  const listed = listItem.exec(line)
  if (listed) {
    const [, dash = '', quote = '', key = '', value = ''] = listed
    return isMasked(key, value) ? `${dash}${quote}${key}=${redactionPlaceholder}${quote}` : redactPasswordsInText(line)
  }
  const mapped = mapEntry.exec(line)
  if (!mapped) return null
  const [, indent = '', quote = '', key = '', value = ''] = mapped
  return isMasked(key, value)
    ? `${indent}${quote}${key}${quote}: "${redactionPlaceholder}"`
    : redactPasswordsInText(line)
}

/** Whether `environment` is in YAML flow style, such as `[…]` or `{…}`. Its end can't be found by lines. */
function isFlowStyle(line: string): boolean {
  return anyHead.test(line) && !blockHead.test(line) && !aliasHead.test(line) && !isComment(line)
}

/** A list may have the indent of its key. Any other line that is not deeper ends the block. */
function endsBlock(line: string, block: number): boolean {
  if (line.trim() === '' || isComment(line)) return false
  const indent = indentOf(line)
  return indent < block || (indent === block && !/^\s*-(\s|$)/.test(line))
}

function isComment(line: string): boolean {
  return line.trimStart().startsWith('#')
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}
