import { get, put, type Sequence, sequence, to } from './sequence.ts'

/** Configs of an app, also the one in which the CLI keeps which keys of the environment it hides. */
export const configSequences: readonly Sequence[] = [
  sequence(
    'convox config set NAME --value abc',
    [put('/apps/myapp/configs/NAME?', { value: 'YWJj' })],
    to('PUT /apps/myapp/configs/NAME', 'viewer', 'ops', 'ci'),
  ),
  sequence(
    'convox config get NAME',
    [get('/apps/myapp/configs/NAME?')],
    to('GET /apps/myapp/configs/NAME', 'viewer', 'ci'),
  ),
  sequence(
    'convox env mask set FOO',
    [
      get('/apps/myapp/configs/cli-env-mask?', { status: 404 }),
      put('/apps/myapp/configs/cli-env-mask?', { value: 'Rk9P' }),
      get('/apps/myapp/configs/cli-env-mask?'),
    ],
    {
      ...to('GET /apps/myapp/configs/cli-env-mask', 'viewer', 'ci'),
      ...to('PUT /apps/myapp/configs/cli-env-mask', 'ops'),
    },
  ),
  sequence(
    'convox env mask',
    [get('/apps/myapp/configs/cli-env-mask?')],
    to('GET /apps/myapp/configs/cli-env-mask', 'viewer', 'ci'),
    { quiet: true },
  ),
  sequence(
    'convox env mask unset FOO',
    [
      get('/apps/myapp/configs/cli-env-mask?'),
      put('/apps/myapp/configs/cli-env-mask?', { value: '' }),
      get('/apps/myapp/configs/cli-env-mask?'),
    ],
    {
      ...to('GET /apps/myapp/configs/cli-env-mask', 'viewer', 'ci'),
      ...to('PUT /apps/myapp/configs/cli-env-mask', 'ops'),
    },
  ),
]
