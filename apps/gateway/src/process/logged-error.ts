import { visibleText } from '@rack-gateway/audit'
import { pino } from 'pino'

/** Properties of database errors that can contain parameters of the query. */
const parameterProperties: ReadonlySet<string> = new Set(['params', 'parameters', 'args', 'detail', 'where'])

/**
 * Omits the parameters of a failed query.
 * Escapes control characters, because a caller can choose parts of the error.
 */
export function loggedError(error: Error): object {
  const { type } = pino.stdSerializers.err(error)
  const chain = causesOf(error)
  const details = Object.entries(error).filter(([name]) => name !== 'cause' && !parameterProperties.has(name))
  return {
    ...Object.fromEntries(details.map(([name, value]) => [name, loggedDetail(value)])),
    ...(error instanceof AggregateError && { aggregateErrors: error.errors.map(loggedDetail) }),
    type,
    message: chain.map(messageOf).join(': '),
    stack: chain.map(stackOf).join('\ncaused by: '),
  }
}

function loggedDetail(value: unknown): unknown {
  if (value instanceof Error) return messageOf(value)
  return typeof value === 'string' ? visibleText(value) : value
}

/** Outermost first. Limited, because causes can form a cycle. */
function causesOf(error: Error): readonly Error[] {
  const chain = [error]
  for (let { cause } = error; cause instanceof Error && chain.length < maxCauses; { cause } = cause) chain.push(cause)
  return chain
}

const maxCauses = 10

/** The message of a failed query can end with the parameters of the query. */
function messageOf(error: Error): string {
  const { message } = error
  if (!('params' in error)) return visibleText(message)
  const end = message.lastIndexOf(`\nparams: ${error.params}`)
  return visibleText(end === -1 ? message : message.slice(0, end))
}

/** A stack begins with the message of the error. */
function stackOf(error: Error): string {
  return (error.stack ?? '').replace(error.message, () => messageOf(error))
}
