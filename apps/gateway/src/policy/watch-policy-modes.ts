import { readOpenStreams } from '@rack-gateway/audit'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { recordedMode } from '../observe-mode/observe-mode.ts'
import { createPeriodicWork } from '../recordings/periodic-work.ts'

export interface PolicyModes {
  /** Whether the processes of the gateway differ in their mode, as of the last check. */
  differ(): boolean
}

declare module 'fastify' {
  interface FastifyInstance {
    policyModes: PolicyModes
  }
}

export interface WatchPolicyModesOptions {
  /** Average milliseconds between two comparisons of the processes. Default: 10,000. */
  readonly checkInterval: number | undefined
}

const defaultInterval = 10_000
/** Comparisons that find a difference before it is an alarm. A rolling update takes less time. */
const checksBeforeAlarm = 6
/** Milliseconds between two looks at the clock. A timer cannot last 30 days. */
const endInterval = 1_000

/** Records the end of observe mode, and raises an alarm if the processes of the gateway differ in their mode. */
export default fp<WatchPolicyModesOptions>(
  async function watchPolicyModes(app, { checkInterval = defaultInterval }) {
    const comparison = createComparison(app)
    app.decorate('policyModes', { differ: comparison.differ })
    logMode(app)
    const comparing = createPeriodicWork({
      every: checkInterval,
      run: comparison.run,
      onError: (err) => app.log.warn({ event: 'policy.modes_unknown', err }),
    })
    const stopWaiting = waitForEnd(app)
    app.addHook('onReady', async () => comparing.start())
    app.addHook('preClose', async () => {
      stopWaiting()
      await comparing.stop()
    })
  },
  { name: 'watch-policy-modes', dependencies: ['audit-log', 'clock', 'database', 'observe-mode'] },
)

function logMode({ log, observeMode: { configured, racks } }: FastifyInstance): void {
  if (configured === null) return
  const until = new Date(configured.until).toISOString()
  if (racks().length > 0)
    log.warn(
      { event: 'policy.observing', racks: configured.racks, until },
      'observe mode: on these racks, the gateway allows calls that the policy denies, and records them',
    )
  else
    log.warn(
      { event: 'policy.observe_over', racks: configured.racks, until },
      'POLICY_OBSERVE_UNTIL has passed, so the policy is enforced: remove POLICY_MODE and POLICY_OBSERVE_UNTIL',
    )
}

/** Records the end of observe mode once. @returns a function that stops waiting */
function waitForEnd({ audit, clock, log, observeMode: { configured } }: FastifyInstance): () => void {
  if (configured === null || clock.now() >= configured.until) return () => undefined
  const { racks, until: end } = configured
  const until = new Date(end).toISOString()
  let isRecording = false

  async function recordEnd(): Promise<void> {
    if (isRecording || clock.now() < end) return
    isRecording = true
    try {
      await audit.record({ kind: 'policy.observe-ended', detail: { racks: racks.join(' '), until } })
      clearInterval(timer)
      log.warn({ event: 'policy.observe_ended', racks, until }, 'observe mode has ended: the policy is enforced')
    } catch (err) {
      log.error({ event: 'audit.late_record_failed', err })
    } finally {
      isRecording = false
    }
  }

  const timer = setInterval(() => void recordEnd(), endInterval).unref()
  return () => clearInterval(timer)
}

function createComparison(app: FastifyInstance) {
  const { audit, clock, database, log } = app
  let differences = 0
  let isRaised = false

  async function raiseAlarm(modes: string): Promise<void> {
    await audit.record({ kind: 'policy.modes-differ', detail: { modes } })
    isRaised = true
    log.error(
      { event: 'policy.modes_differ', modes },
      'the processes of the gateway differ in their mode: set the same POLICY_MODE, POLICY_MODE_<NAME>, and POLICY_OBSERVE_UNTIL for all of them',
    )
  }

  return {
    differ: () => differences > 0,
    async run(): Promise<void> {
      const now = clock.now()
      const streams = await readOpenStreams(database.sql)
      const modes = streams.map(({ host, pid, opened }) => ({
        process: `${host}/${pid}`,
        mode: recordedMode(opened, now),
      }))
      if (new Set(modes.map(({ mode }) => mode)).size < 2) {
        differences = 0
        isRaised = false
        return
      }
      differences += 1
      // All processes see the difference, and the one with the oldest stream records it.
      const isOldest = streams[0]?.id === audit.stats().stream
      if (differences >= checksBeforeAlarm && isOldest && !isRaised)
        await raiseAlarm(modes.map(({ process, mode }) => `${process}: ${mode}`).join('; '))
    },
  }
}
