import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import { can } from '../../api/can.ts'
import { get } from '../../api/client.ts'
import { useMe } from '../../api/queries.ts'
import { Card } from '../../ui/card.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import styles from './next-steps.module.css'
import { sessionsQuery } from './session-list.tsx'

/** The next three steps of an installation that nobody uses yet. They are ticked as they are done, and disappear with the last. */
export function NextSteps() {
  const me = useMe()
  const isAdministrator = can(me, 'gateway:user:write') && can(me, 'gateway:trust:write')
  const sessions = useInfiniteQuery({ ...sessionsQuery, enabled: isAdministrator })
  const users = useQuery({
    queryKey: ['users', 'first'],
    queryFn: ({ signal }) => get('/users', { query: { limit: 2 } }, signal),
    enabled: isAdministrator,
  })
  const tokens = useQuery({
    queryKey: ['tokens', 'first'],
    queryFn: ({ signal }) => get('/tokens', { query: { limit: 1 } }, signal),
    enabled: isAdministrator,
  })
  const trusts = useQuery({
    queryKey: ['trusts', 'first'],
    queryFn: ({ signal }) => get('/trusts', { query: { limit: 1 } }, signal),
    enabled: isAdministrator,
  })
  if (!sessions.data || !users.data || !tokens.data || !trusts.data) return null
  const hasTerminal = sessions.data.pages.some(({ items }) => items.some(({ current }) => !current))
  const hasPeople = users.data.items.length > 1
  const hasPipeline = tokens.data.items.length + trusts.data.items.length > 0
  if (hasTerminal && hasPeople && hasPipeline) return null
  const rack = me.racks[0] ?? 'RACK'
  return (
    <Card title="Next steps">
      <ol className={styles.steps}>
        <Step isDone={hasTerminal} title="Connect your terminal">
          <CommandLine>{`rack-gateway login ${rack} ${location.origin}`}</CommandLine>
        </Step>
        <Step isDone={hasPeople} title="Invite a person, with a role">
          <CommandLine>{'rack-gateway users invite ann@example.com --role deployer'}</CommandLine>
        </Step>
        <Step isDone={hasPipeline} title="Admit a pipeline">
          <CommandLine>{`rack-gateway trust create github --help`}</CommandLine>
        </Step>
      </ol>
    </Card>
  )
}

function Step({ isDone, title, children }: { isDone: boolean; title: string; children: ReactNode }) {
  const Sign = isDone ? CircleCheck : CircleDashed
  return (
    <li className={styles.step} data-done={isDone}>
      <Sign aria-hidden size={16} />
      <div className={styles.text}>
        <h3>
          {title}
          {isDone && <span className={styles.done}> – done</span>}
        </h3>
        {!isDone && children}
      </div>
    </li>
  )
}
