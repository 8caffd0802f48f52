import { Link } from '@tanstack/react-router'
import { useMe } from '../../api/queries.ts'
import { Button } from '../../ui/controls/button.tsx'
import { CommandLine } from '../../ui/controls/command-line.tsx'
import { AdministratorLinks } from '../../ui/denials/administrator-links.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'

/** The first page of a user without a role, who can use no rack. */
export function NoRolePage() {
  const { name } = useMe()
  return (
    <Page
      title="You have no role yet"
      summary={
        <>
          You are logged in as <VisibleText>{name}</VisibleText>. Roles decide which racks and apps you can use.
        </>
      }
    >
      <Card title="Get a role">
        <p>
          Ask an administrator of this gateway for a role
          <AdministratorLinks before=": " />. Say which rack and which app you work on. The{' '}
          <Link to="/policy" search={{ tab: 'matrix' }}>
            list of roles
          </Link>{' '}
          shows what each role allows.
        </p>
        <p>
          <Button onPress={() => location.reload()}>Check again</Button>
        </p>
      </Card>
      <Card title="What you can do now">
        <p>
          <Link to="/second-factors">Add a second factor</Link>, because some actions require one.
        </p>
        <p>Log in with the command line. RACK is the name of your rack, which the administrator tells you:</p>
        <CommandLine>{`rack-gateway login RACK ${location.origin}`}</CommandLine>
        <p>
          <Link to="/access">See your sessions</Link>, and end those that you do not know.
        </p>
      </Card>
    </Page>
  )
}
