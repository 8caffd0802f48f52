import { Link } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { Card } from '../../ui/layout/card.tsx'
import { Grid } from '../../ui/layout/grid.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { Row } from '../../ui/layout/row.tsx'
import { ObserveModeBadge } from '../../ui/observe-mode/observe-mode-badge.tsx'
import { Tag } from '../../ui/status/badge.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { NoRacks } from '../overview/racks/no-racks.tsx'
import { AccessList } from './access-list.tsx'
import { ConnectInstructions } from './connect-instructions.tsx'
import { SessionList } from './session-list.tsx'

export default function AccessPage() {
  const me = useMe()
  return (
    <Page title="Your access" summary={<Summary />}>
      <Grid column="card" gap={4}>
        <Card title="Your racks">
          {me.racks.length === 0 ? (
            <NoRacks />
          ) : (
            <Row as="ul">
              {me.racks.map((rack) => (
                <li key={rack}>
                  <Tag tone="accent">
                    <VisibleText>{rack}</VisibleText>
                  </Tag>
                  {me.observing?.[rack] && ' '}
                  <ObserveModeBadge observing={me.observing?.[rack]} />
                </li>
              ))}
            </Row>
          )}
        </Card>
        <Card title="Your roles, and why you have them">
          <AccessList />
        </Card>
      </Grid>
      {me.racks.length > 0 && <ConnectInstructions organization={me.organization ?? 'gateway'} racks={me.racks} />}
      <Card title="Your second factors">
        <p>
          <Link to="/second-factors">Passkeys, authenticator apps, and backup codes</Link> prove that it is you.
        </p>
      </Card>
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
