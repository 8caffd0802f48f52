// What a single executable runs first: it carries the rest of the program as scripts.
import { createRequire } from 'node:module'
import { getAsset, getRawAsset } from 'node:sea'
import { codeDirectory } from './code-directory.ts'
import { type LoadedCode, loadKept } from './kept-code.ts'

/** By the build: another one for other scripts. */
declare const scriptsDigest: string

/** What every command waits for, and what those wait for that are judged. The others are run too seldom to keep their code. */
const kept: ReadonlySet<string> = new Set(['main', 'judgement'])

const requireOf = createRequire(process.execPath)
const directory = codeDirectory(process)
const loaded = new Map<string, LoadedCode>()

/** What a script exports. It is run when it is first asked for. */
function carried(name: string): unknown {
  const known = loaded.get(name)
  if (known !== undefined) return known.exports
  const script = {
    name: `${name}-${scriptsDigest}`,
    filename: `${name}.cjs`,
    source: getAsset(`${name}.cjs`, 'utf8'),
    // Not a copy: a string it is only in its types.
    compiled: Buffer.from(getRawAsset(`${name}.code`) as ArrayBuffer),
  }
  const made = loadKept(script, kept.has(name) ? directory : null, requireOf, carried)
  loaded.set(name, made)
  // By then it is known what of them is used, and nobody waits for it but who ends.
  if (name === 'judgement') process.once('exit', keepAll)
  return made.exports
}

function keepAll(): void {
  for (const { keep } of loaded.values()) keep()
}

carried('main')
