import { get, post, remove, type Sequence, sequence, toAllButAdmin } from './sequence.ts'

/** What an app may cost. */
export const budgetSequences: readonly Sequence[] = [
  sequence(
    'convox budget set myapp --monthly-cap 100',
    [
      get('/apps/myapp/cost?'),
      post('/apps/myapp/budget?', {
        ack_by: 'cli',
        'alert-threshold-percent': '80',
        'at-cap-action': 'alert-only',
        'monthly-cap-usd': '100',
      }),
    ],
    toAllButAdmin('POST /apps/myapp/budget'),
  ),
  sequence('convox budget show myapp', [
    get('/apps/myapp/budget?'),
    get('/apps/myapp/services?', { sometimes: true }),
    get('/apps/myapp/budget/shutdown-state?'),
  ]),
  sequence(
    'convox budget cap raise myapp --monthly-cap 200',
    [get('/apps/myapp/cost?'), post('/apps/myapp/budget?', { ack_by: 'cli', 'monthly-cap-usd': '200' })],
    toAllButAdmin('POST /apps/myapp/budget'),
  ),
  sequence(
    'convox budget reset myapp --force',
    [post('/apps/myapp/budget/reset?', { ack_by: 'cli' })],
    toAllButAdmin('POST /apps/myapp/budget/reset'),
  ),
  sequence(
    'convox budget simulate-shutdown myapp',
    [post('/apps/myapp/budget/simulate-shutdown?')],
    toAllButAdmin('POST /apps/myapp/budget/simulate-shutdown'),
  ),
  sequence(
    'convox budget dismiss-recovery myapp',
    [post('/apps/myapp/budget/dismiss-recovery?', { ack_by: 'cli' })],
    toAllButAdmin('POST /apps/myapp/budget/dismiss-recovery'),
  ),
  sequence(
    'convox budget clear myapp',
    [remove('/apps/myapp/budget?', { ack_by: 'cli' })],
    toAllButAdmin('DELETE /apps/myapp/budget'),
  ),
]
