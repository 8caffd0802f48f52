import type { ParameterRefusal } from './parameter-refusal.ts'
import type { PathParameters, RackRoute, ValueGrammar } from './types.ts'

/**
 * Kubernetes replaces `$(NAME)` in the environment and in the arguments of a build, and the rack splits the arguments at spaces.
 * So no value that gets there can hold `$(`, and only a quoted one a space.
 */
const buildArgument = /^[A-Za-z_][A-Za-z0-9_.-]*=(?!.*\$\()(?:[^\s\p{Cc}'"\\]*|"[^\p{Cc}"'\\]*"|'[^\p{Cc}"'\\]*')$/u

const segment = String.raw`(?!\.{1,2}(?:/|$))[A-Za-z0-9._~+=:@-]+`

export const buildArguments: ValueGrammar = grammar(
  buildArgument,
  'NAME=value for each argument, where a value with spaces is in quotes and none has a comma, a backslash, or $( in it: the rack would take a name without a value from its own environment',
  'write --build-args NAME=value',
  'list',
)

export const relativePath: ValueGrammar = grammar(
  new RegExp(`^${segment}(?:/${segment})*$`),
  'a relative path inside the source, such as deploy/convox.yml, of letters, digits, and . _ ~ + = : @ -',
  'write the path without .. and without special characters',
)

export const objectUrl: ValueGrammar = grammar(
  new RegExp(`^object://(?<app>[A-Za-z0-9.-]+)(?:/${segment})+$`),
  'the address of an object of this app, such as object://myapp/tmp/source.tgz, without escapes and ..',
  'upload the file to this app first, as convox build does',
)

export const imageName: ValueGrammar = grammar(
  /^(?!.*(?:\/\/|::|@@|:@|\/@|[@:/]-))[A-Za-z0-9](?:[A-Za-z0-9._:/@+-]*[A-Za-z0-9._+-])?$/,
  'the name of an image, such as registry.example.com/web:1.2',
  'write the name as docker pull takes it',
)

export const commitHash: ValueGrammar = grammar(
  /^[0-9A-Fa-f]{7,64}$/,
  'a commit hash of 7 to 64 hexadecimal digits',
  'send the output of git rev-parse HEAD, or leave it out',
)

export const truth: ValueGrammar = grammar(/^(?:true|false)$/, 'true or false', 'write true or false')

export const wholeNumber: ValueGrammar = grammar(/^[0-9]{1,9}$/, 'a whole number', 'write digits only')

export const objectId: ValueGrammar = grammar(
  /^[A-Za-z0-9-]{1,64}$/,
  'the ID of a build or release, of letters, digits, and dashes',
  'copy the ID from convox builds or convox releases',
)

export const buildStatus: ValueGrammar = grammar(
  /^(?:created|running|complete|failed)$/,
  'created, running, complete, or failed',
  'write one of these',
)

export const rackTime: ValueGrammar = grammar(
  /^[0-9]{8}\.[0-9]{6}\.[0-9]{9}$/,
  'a time such as 20261127.235959.000000000',
  'write the time in UTC in this form',
)

export const plainText: ValueGrammar = grammar(
  /^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$/,
  'text without control characters',
  'remove the control characters',
)

/** Nothing in it is a command, a path, or an address to the rack; or the gateway reads it in its own way, as an environment. */
export const anyText: ValueGrammar = grammar(/^/, 'any text', 'write any text')

function grammar(pattern: RegExp, looksLike: string, next: string, kind: 'one' | 'list' = 'one'): ValueGrammar {
  return Object.freeze({ pattern: Object.freeze(pattern), isList: kind === 'list', looksLike, next })
}

/**
 * Compares the form of a call with the grammars of its route.
 *
 * @returns the refusal of the first value that does not match, without any of the value's text
 */
export function refusedValue(
  route: RackRoute,
  params: PathParameters,
  form: ReadonlyMap<string, string>,
): ParameterRefusal | null {
  for (const [name, value] of form) {
    const expected = Object.hasOwn(route.values, name) ? route.values[name] : undefined
    if (expected === undefined || value === '') continue
    const { pattern, isList, looksLike, next } = expected
    for (const item of isList ? value.split(',') : [value]) {
      const found = pattern.exec(item)
      if (!found) return { refused: 'invalid-parameter', reason: `the parameter ${name} must be ${looksLike}`, next }
      const named = found.groups?.app
      if (named !== undefined && named !== params.app) return foreign(name, next)
    }
  }
  return null
}

function foreign(name: string, next: string): ParameterRefusal {
  return {
    refused: 'foreign-object',
    reason: `the parameter ${name} is the address of an object of another app, which the rack would read with its own rights`,
    next,
  }
}
