import type { ParameterError } from '../errors/parameter-error.ts'
import { runToEnd, type Steps, stepSize } from '../steps/steps.ts'
import type { PathParameters, RackRoute, ValueGrammar } from './types.ts'

/**
 * Kubernetes replaces `$(NAME)` in the environment and in the arguments of a build, and the rack splits the arguments
 * at spaces. So a value must not contain `$(`, and only a quoted value may contain a space.
 */
const buildArgument = /^[A-Za-z_][A-Za-z0-9_.-]*=(?!.*\$\()(?:[^\s\p{Cc}'"\\]*|"[^\p{Cc}"'\\]*"|'[^\p{Cc}"'\\]*')$/u

const pathSegment = String.raw`(?!\.{1,2}(?:/|$))[A-Za-z0-9._~+=:@-]+`

export const buildArguments: ValueGrammar = grammar(
  buildArgument,
  'NAME=value for each argument. Values with spaces need quotes, and no value may contain a comma, a backslash, or $(. A name alone is not accepted, because the build would take the value from its own environment',
  'Write --build-args NAME=value.',
  'list',
)

export const relativePath: ValueGrammar = grammar(
  new RegExp(`^${pathSegment}(?:/${pathSegment})*$`),
  'a relative path inside the source, such as deploy/convox.yml, of letters, digits, and . _ ~ + = : @ -',
  'Write the path without .. and without special characters.',
)

export const objectUrl: ValueGrammar = grammar(
  new RegExp(`^object://(?<app>[A-Za-z0-9.-]+)(?:/${pathSegment})+$`),
  'the URL of an object of this app, such as object://myapp/tmp/source.tgz, without escapes and ..',
  'Upload the file to this app first, as convox build does.',
)

export const imageName: ValueGrammar = grammar(
  /^(?!.*(?:\/\/|::|@@|:@|\/@|[@:/]-))[A-Za-z0-9](?:[A-Za-z0-9._:/@+-]*[A-Za-z0-9._+-])?$/,
  'the name of an image, such as registry.example.com/web:1.2',
  'Write the name as docker pull takes it.',
)

export const commitHash: ValueGrammar = grammar(
  /^[0-9A-Fa-f]{7,64}$/,
  'a commit hash of 7 to 64 hexadecimal digits',
  'Send the output of git rev-parse HEAD, or remove the parameter.',
)

export const booleanValue: ValueGrammar = grammar(/^(?:true|false)$/, 'true or false', 'Write true or false.')

export const wholeNumber: ValueGrammar = grammar(/^[0-9]{1,9}$/, 'a whole number', 'Write only digits.')

export const objectId: ValueGrammar = grammar(
  /^[A-Za-z0-9-]{1,64}$/,
  'the ID of a build or release, of letters, digits, and dashes',
  'Copy the ID from convox builds or convox releases.',
)

export const buildStatus: ValueGrammar = grammar(
  /^(?:created|running|complete|failed)$/,
  'created, running, complete, or failed',
  'Write one of these values.',
)

export const rackTime: ValueGrammar = grammar(
  /^[0-9]{8}\.[0-9]{6}\.[0-9]{9}$/,
  'a time such as 20261127.235959.000000000',
  'Write the time in UTC in this form.',
)

export const plainText: ValueGrammar = grammar(
  /^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$/,
  'text without control characters',
  'Remove the control characters.',
  'characters',
)

/**
 * For values that the rack never uses as a command, a path, or a URL. Also for environments: the policy decides whether
 * a caller can change their keys.
 */
export const anyText: ValueGrammar = grammar(/^/, 'any text', 'Write any text.', 'characters')

function grammar(pattern: RegExp, expected: string, remedy: string, kind: ValueGrammar['kind'] = 'one'): ValueGrammar {
  return Object.freeze({ pattern: Object.freeze(pattern), kind, expected, remedy })
}

/** @returns an error, without any part of the value, for the first value that does not match */
export function checkFormValues(
  route: RackRoute,
  params: PathParameters,
  form: ReadonlyMap<string, string>,
): ParameterError | null {
  return runToEnd(checkFormValuesInSteps(route, params, form))
}

/** As `checkFormValues`, for large forms. */
export function* checkFormValuesInSteps(
  route: RackRoute,
  params: PathParameters,
  form: ReadonlyMap<string, string>,
): Steps<ParameterError | null> {
  for (const [name, value] of form) {
    const grammar = Object.hasOwn(route.values, name) ? route.values[name] : undefined
    if (grammar === undefined || value === '') continue
    let pause = stepSize
    for (let begin = 0; begin <= value.length; ) {
      const end = itemEnd(value, begin, grammar.kind)
      const error = checkItem(value.slice(begin, end), grammar, { name, params })
      if (error) return error
      // Skips the comma after an item of a list. A long text goes on without a separator.
      begin = grammar.kind === 'characters' && end < value.length ? end : end + 1
      if (end < pause) continue
      pause = end + stepSize
      yield
    }
  }
  return null
}

/**
 * Linux starts no program with a longer argument, and knows no longer path, so a rack cannot use a longer item.
 * The limit bounds the time of one match.
 */
const maxItemLength = 128 * 1024

function checkItem(
  item: string,
  { pattern, kind, expected, remedy }: ValueGrammar,
  { name, params }: { readonly name: string; readonly params: PathParameters },
): ParameterError | null {
  if (kind !== 'characters' && item.length > maxItemLength) return tooLong(name)
  // For the many items of a list, a match without groups takes less time and memory.
  const found = kind === 'one' ? pattern.exec(item) : pattern.test(item)
  if (!found) return { rule: 'invalid-parameter', reason: `The parameter ${name} must be ${expected}.`, remedy }
  const app = found === true ? undefined : found.groups?.app
  return app === undefined || app === params.app ? null : foreignObject(name, remedy)
}

function itemEnd(value: string, begin: number, kind: ValueGrammar['kind']): number {
  if (kind === 'characters') return Math.min(begin + stepSize, value.length)
  const comma = kind === 'list' ? value.indexOf(',', begin) : -1
  return comma === -1 ? value.length : comma
}

function tooLong(name: string): ParameterError {
  return {
    rule: 'invalid-parameter',
    reason: `The parameter ${name}, or one item of it, is longer than ${maxItemLength / 1024} KiB, and no program on the rack can take a longer argument.`,
    remedy: 'Shorten the value.',
  }
}

function foreignObject(name: string, remedy: string): ParameterError {
  return {
    rule: 'foreign-object',
    reason: `The parameter ${name} is the URL of an object of another app, which the rack would read with its own rights.`,
    remedy,
  }
}
