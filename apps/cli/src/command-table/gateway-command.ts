import type { Context } from '../context.ts'
import { targetOf } from '../target/gateway-target.ts'
import type { Target } from '../target/target.ts'
import {
  type Arguments,
  type Command,
  command,
  type Described,
  type Flags,
  type Given,
  type None,
} from './definition.ts'
import { formatOf, jsonFlag, whoseGatewayFlag } from './shared-flags.ts'

interface Definition<F extends Flags, A extends Arguments> extends Described {
  readonly aliases?: readonly string[]
  readonly arguments?: A
  readonly flags?: F
  run(context: Context, target: Target, given: Given<F, A> & Answered): Promise<void>
}

interface Answered {
  readonly format: 'text' | 'json'
}

/** A command that asks the gateway for one thing: with `--json`, `--rack`, and a word after a second. */
export function gatewayCommand<const F extends Flags = None, const A extends Arguments = None>({
  flags,
  run,
  ...described
}: Definition<F, A>): Command {
  const all: Flags = { ...flags, json: jsonFlag, rack: whoseGatewayFlag }
  return command({
    ...described,
    flags: all,
    waits: 'asking the gateway',
    async run(context, typed: object) {
      const { json, rack = null, ...given } = typed as { json: boolean; rack?: string }
      const answered = { ...given, format: formatOf(json) } as Given<F, A> & Answered
      await run(context, await targetOf(context, rack), answered)
    },
  })
}
