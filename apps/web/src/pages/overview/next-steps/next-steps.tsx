import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMe } from '../../../api/queries.ts'
import { CommandLine } from '../../../ui/controls/command-line.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import styles from './next-steps.module.css'
import { canTakeSteps, setupStepsQuery } from './next-steps-queries.ts'

const trustCommand =
  'rack-gateway trusts create deploy --role ci --provider github --with repositoryId=ID --with repositoryOwnerId=ID'

/** The steps of a new installation. The card disappears when all are done. */
export function NextSteps() {
  const me = useMe()
  const { data: steps } = useQuery({ ...setupStepsQuery, enabled: canTakeSteps(me) })
  if (steps === undefined || (steps.terminal && steps.users && steps.pipeline)) return null
  const rack = me.racks[0] ?? 'RACK'
  return (
    <Card title="Next steps">
      <ol className={styles.steps}>
        <Step isDone={steps.terminal} title="Connect your terminal">
          <CommandLine>{`rack-gateway login ${rack} ${location.origin}`}</CommandLine>
        </Step>
        <Step isDone={steps.users} title="Invite a person, with a role">
          <CommandLine>rack-gateway users invite ann@example.com --role deployer</CommandLine>
          <p>
            Or{' '}
            <Link to="/people/invitations" search={{ dialog: 'create' }}>
              invite a person here
            </Link>
            .
          </p>
        </Step>
        <Step isDone={steps.pipeline} title="Admit a pipeline">
          <CommandLine>{trustCommand}</CommandLine>
          <p>
            Or{' '}
            <Link to="/people/trusts" search={{ dialog: 'create' }}>
              create a CI trust here
            </Link>
            .
          </p>
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
      <Stack gap={1}>
        <h3>
          {title}
          {isDone && <span className={styles.done}> – done</span>}
        </h3>
        {!isDone && children}
      </Stack>
    </li>
  )
}
