import { type CommandTable, command } from '../definition/command.ts'
import { app, force, number, text, toggle } from '../definition/flags.ts'
import { argument, flagText, type Invocation, isEnabled } from '../definition/invocation.ts'
import { essentialCall, fieldsIf, optionalCall } from '../definition/step.ts'

const params = { app: argument(0) }
const oneArgument = { args: [1, 1] } as const
const ackBy = text('ack-by')
const hasText = (flag: string) => (invocation: Invocation) => flagText(flag)(invocation) !== ''
const hasCap = hasText('monthly-cap')
const amount = /^[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?$/

/** The app is an argument, except for `cost`, which has the flag `--app`. */
export const budgetCommands: CommandTable = {
  cost: () =>
    command({ flags: [app, toggle('aggregate'), text('start'), text('end'), text('format')], validate: checkCost }, [
      essentialCall('GET /apps/{app}/cost'),
    ]),
  'budget show': () =>
    command(oneArgument, [
      essentialCall('GET /apps/{app}/budget', { params }),
      optionalCall('GET /apps/{app}/services', { params }),
      optionalCall('GET /apps/{app}/budget/shutdown-state', { params }),
    ]),
  'budget set': () =>
    command(
      {
        ...oneArgument,
        flags: [text('monthly-cap'), number('alert-at'), text('at-cap-action'), text('pricing-adjustment'), ackBy],
        validate: checkBudget,
      },
      [
        optionalCall('GET /apps/{app}/cost', { params, when: hasCap }),
        essentialCall('POST /apps/{app}/budget', {
          params,
          form: [
            'ack_by',
            ...fieldsIf(hasCap, 'monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action'),
            ...fieldsIf(hasText('pricing-adjustment'), 'pricing-adjustment'),
          ],
        }),
      ],
    ),
  'budget cap raise': () =>
    command({ ...oneArgument, flags: [text('monthly-cap-usd'), text('monthly-cap')], validate: checkCap }, [
      optionalCall('GET /apps/{app}/cost', { params }),
      essentialCall('POST /apps/{app}/budget', { params, form: ['ack_by', 'monthly-cap-usd'] }),
    ]),
  'budget clear': () =>
    command({ ...oneArgument, flags: [ackBy] }, [
      essentialCall('DELETE /apps/{app}/budget', { params, form: ['ack_by'] }),
    ]),
  'budget reset': () =>
    command(
      {
        ...oneArgument,
        flags: [{ ...force, short: 'f' }, toggle('force-clear-cooldown'), ackBy],
        validate: requireConfirmation,
      },
      [
        essentialCall('POST /apps/{app}/budget/reset', {
          params,
          form: ['ack_by', ...fieldsIf(isEnabled('force-clear-cooldown'), 'force_clear_cooldown')],
        }),
      ],
    ),
  'budget simulate-shutdown': () =>
    command(oneArgument, [essentialCall('POST /apps/{app}/budget/simulate-shutdown', { params })]),
  'budget dismiss-recovery': () =>
    command(oneArgument, [essentialCall('POST /apps/{app}/budget/dismiss-recovery', { params, form: ['ack_by'] })]),
}

function requireConfirmation(invocation: Invocation): string | null {
  const canConfirm = isEnabled('force')(invocation) || invocation.context.input === 'terminal'
  return canConfirm ? null : 'it needs a confirmation on a terminal'
}

function checkCost(invocation: Invocation): string | null {
  const format = flagText('format')(invocation)
  if (!['', 'table', 'json'].includes(format)) return 'convox does not have this output format'
  const isDay = (flag: string) => /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$/.test(flagText(flag)(invocation))
  return isDay('start') && isDay('end') ? null : 'a date is invalid'
}

function checkBudget(invocation: Invocation): string | null {
  const values = ['monthly-cap', 'pricing-adjustment'].map((flag) => flagText(flag)(invocation))
  if (values.every((value) => value === '')) return 'it sets neither a cap nor an adjustment'
  if (!values.every((value) => value === '' || amount.test(value))) return notANumber
  const actions = ['', 'alert-only', 'block-new-deploys', 'auto-shutdown']
  return actions.includes(flagText('at-cap-action')(invocation)) ? null : 'convox does not have this action'
}

function checkCap(invocation: Invocation): string | null {
  const cap = flagText('monthly-cap-usd')(invocation) || flagText('monthly-cap')(invocation)
  return amount.test(cap) ? null : notANumber
}

const notANumber = 'an amount may not be a number'
