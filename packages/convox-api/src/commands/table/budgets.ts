import { type CommandTable, command } from '../command.ts'
import { app, force, number, text, toggle } from '../flags.ts'
import { argument, flagText, type Invocation, isOn } from '../invocation.ts'
import { ask, mayAsk, sentIf } from '../step.ts'

const at = { app: argument(0) }
const ofOne = { args: [1, 1] } as const
const ackBy = text('ack-by')
const says = (flag: string) => (invocation: Invocation) => flagText(flag)(invocation) !== ''
const hasCap = says('monthly-cap')
const amount = /^[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?$/

/** What an app costs and may cost. The app is an argument here. */
export const budgetCommands: CommandTable = {
  cost: () =>
    command({ flags: [app, toggle('aggregate'), text('start'), text('end'), text('format')], misuse: oddCost }, [
      ask('GET /apps/{app}/cost'),
    ]),
  'budget show': () =>
    command(ofOne, [
      ask('GET /apps/{app}/budget', { at }),
      mayAsk('GET /apps/{app}/services', { at }),
      mayAsk('GET /apps/{app}/budget/shutdown-state', { at }),
    ]),
  'budget set': () =>
    command(
      {
        ...ofOne,
        flags: [text('monthly-cap'), number('alert-at'), text('at-cap-action'), text('pricing-adjustment'), ackBy],
        misuse: oddBudget,
      },
      [
        mayAsk('GET /apps/{app}/cost', { at, when: hasCap }),
        ask('POST /apps/{app}/budget', {
          at,
          form: [
            'ack_by',
            ...sentIf(hasCap, 'monthly-cap-usd', 'alert-threshold-percent', 'at-cap-action'),
            ...sentIf(says('pricing-adjustment'), 'pricing-adjustment'),
          ],
        }),
      ],
    ),
  'budget cap raise': () =>
    command({ ...ofOne, flags: [text('monthly-cap-usd'), text('monthly-cap')], misuse: oddCap }, [
      mayAsk('GET /apps/{app}/cost', { at }),
      ask('POST /apps/{app}/budget', { at, form: ['ack_by', 'monthly-cap-usd'] }),
    ]),
  'budget clear': () =>
    command({ ...ofOne, flags: [ackBy] }, [ask('DELETE /apps/{app}/budget', { at, form: ['ack_by'] })]),
  'budget reset': () =>
    command(
      {
        ...ofOne,
        flags: [{ ...force, short: 'f' }, toggle('force-clear-cooldown'), ackBy],
        misuse: unconfirmed,
      },
      [
        ask('POST /apps/{app}/budget/reset', {
          at,
          form: ['ack_by', ...sentIf(isOn('force-clear-cooldown'), 'force_clear_cooldown')],
        }),
      ],
    ),
  'budget simulate-shutdown': () => command(ofOne, [ask('POST /apps/{app}/budget/simulate-shutdown', { at })]),
  'budget dismiss-recovery': () =>
    command(ofOne, [ask('POST /apps/{app}/budget/dismiss-recovery', { at, form: ['ack_by'] })]),
}

function unconfirmed(invocation: Invocation): string | null {
  const canAsk = isOn('force')(invocation) || invocation.place.input === 'terminal'
  return canAsk ? null : 'it would have to be confirmed on a terminal'
}

function oddCost(invocation: Invocation): string | null {
  const format = flagText('format')(invocation)
  if (!['', 'table', 'json'].includes(format)) return 'its format is none that convox has'
  const isDay = (flag: string) => /^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$/.test(flagText(flag)(invocation))
  return isDay('start') && isDay('end') ? null : 'a date of it is none'
}

function oddBudget(invocation: Invocation): string | null {
  const values = ['monthly-cap', 'pricing-adjustment'].map((flag) => flagText(flag)(invocation))
  if (values.every((value) => value === '')) return 'it sets neither a cap nor an adjustment'
  if (!values.every((value) => value === '' || amount.test(value))) return notANumber
  const actions = ['', 'alert-only', 'block-new-deploys', 'auto-shutdown']
  return actions.includes(flagText('at-cap-action')(invocation)) ? null : 'its action is none that convox has'
}

function oddCap(invocation: Invocation): string | null {
  const cap = flagText('monthly-cap-usd')(invocation) || flagText('monthly-cap')(invocation)
  return amount.test(cap) ? null : notANumber
}

const notANumber = 'an amount of it is not certainly a number'
