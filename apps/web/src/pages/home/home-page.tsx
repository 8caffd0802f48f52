import { Fragment } from 'react'
import { useMe } from '../../api/queries.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { VisibleText } from '../../ui/visible-text.tsx'
import { AccessList } from './access-list.tsx'
import { ConnectInstructions } from './connect-instructions.tsx'
import styles from './home-page.module.css'
import { NextSteps } from './next-steps.tsx'
import { SessionList } from './session-list.tsx'

/** What can I do here, and how do I connect? */
export function HomePage() {
  const me = useMe()
  return (
    <Page title="Home" summary={<Summary />}>
      <NextSteps />
      <div className={styles.columns}>
        <Card title="Your racks">
          {me.racks.length === 0 ? (
            <NoRacks />
          ) : (
            <ul className={styles.racks}>
              {me.racks.map((rack) => (
                <li key={rack}>
                  <Badge tone="accent" sign={false}>
                    <VisibleText>{rack}</VisibleText>
                  </Badge>
                </li>
              ))}
            </ul>
          )}
        </Card>
        <Card title="Your roles, and why you have them">
          <AccessList />
        </Card>
      </div>
      {me.racks.length > 0 && <ConnectInstructions racks={me.racks} />}
      <SessionList />
    </Page>
  )
}

function Summary() {
  const me = useMe()
  return (
    <>
      You are logged in as <VisibleText>{me.name}</VisibleText>.
      {me.rack !== null && (
        <>
          {' '}
          This session is valid only for the rack <VisibleText>{me.rack}</VisibleText>.
        </>
      )}
    </>
  )
}

/** Who can give access. */
function NoRacks() {
  const { administrators } = useMe()
  return (
    <p className={styles.soft}>
      You have no role on any rack yet.{' '}
      {administrators === undefined ? (
        'Ask an administrator of this gateway for a role'
      ) : (
        <>
          Ask for a role:{' '}
          {administrators.map((email, index) => (
            <Fragment key={email}>
              {index > 0 && ', '}
              <a href={`mailto:${encodeURIComponent(email)}`}>
                <VisibleText>{email}</VisibleText>
              </a>
            </Fragment>
          ))}
        </>
      )}
      . Then reload this page.
    </p>
  )
}
