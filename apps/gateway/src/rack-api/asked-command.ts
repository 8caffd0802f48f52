import type { RackCall } from '@rack-gateway/rbac-policy'
import type { FastifyRequest } from 'fastify'

/**
 * What a call asks to run, word by word as far as that is known. What runs on an instance is no command that rules permit, and
 * stands in the handshake alone.
 */
export function askedCommand(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { command, parameters }: Pick<RackCall, 'command' | 'parameters'>,
): readonly string[] | null {
  if (command !== null) return command.argv ?? [command.text]
  const asked = headers.command
  return typeof asked === 'string' && asked !== '' && parameters.headers.includes('command') ? [asked] : null
}
