import type { Trust } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { can } from '../../../api/can.ts'
import { get, remove } from '../../../api/client.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ConfirmDialog } from '../../../ui/dialogs/confirm-dialog.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Facts } from '../../../ui/lists/facts.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { Time } from '../../../ui/time/time.tsx'
import { usePeopleSearch } from '../address/use-people-search.ts'
import { LoadingPanel, Panel, PanelPart } from '../panel/panel.tsx'
import { SubjectRoles } from '../panel/subject-roles.tsx'
import { JobList } from './job-list.tsx'
import { TrustState } from './trust-state.tsx'

export function TrustPanel({ id }: { readonly id: string }) {
  const me = useMe()
  const { search, openDialog, closeDialog } = usePeopleSearch()
  const query = useQuery({
    queryKey: ['/trusts', id],
    queryFn: ({ signal }) => get('/trusts/{id}', { id }, signal),
  })
  return (
    <LoadingPanel query={query}>
      {(trust) => (
        <Panel
          title={trust.name}
          actions={
            trust.revokedAt === null && (
              <Button kind="danger" onPress={() => openDialog('revoke')}>
                Revoke
              </Button>
            )
          }
        >
          <Facts
            facts={[
              ['State', <TrustState revokedAt={trust.revokedAt} />],
              ['Issuer', trust.issuer],
              ['Audience', trust.audience],
              ['Sessions', `at most ${Math.round(trust.maxAgeSeconds / 60)} minutes`],
              [
                'Created',
                <>
                  <Time at={trust.createdAt} /> by <UserName id={trust.createdBy} />
                </>,
              ],
              trust.revokedAt === null ? null : ['Revoked', <Time at={trust.revokedAt} />],
            ]}
          />
          <PanelPart title="Conditions (a job must meet all of them)">
            <Stack as="ul" gap={2}>
              {trust.conditions.map((condition) => (
                <li key={JSON.stringify(condition)}>
                  <ConditionText condition={condition} />
                </li>
              ))}
            </Stack>
          </PanelPart>
          <SubjectRoles kind="trust" id={id} name={trust.name} bindings={trust.bindings} />
          {can(me, 'gateway:session:write') && <JobList trust={id} />}
          {search.dialog === 'revoke' && (
            <ConfirmDialog
              title={`Revoke the trust ${trust.name}?`}
              submit="Revoke the trust"
              cancel="Keep it"
              change={() => remove('/trusts/{id}', { id })}
              done={`The trust ${trust.name} was revoked.`}
              onClose={closeDialog}
            >
              <p>
                Within a second, every job that the trust admitted is rejected, and the open streams of these jobs are
                closed. This cannot be undone.
              </p>
            </ConfirmDialog>
          )}
        </Panel>
      )}
    </LoadingPanel>
  )
}

type Condition = Trust['conditions'][number]

/** Such as `is "74"`. */
function requirementOf({ equals, oneOf, pattern, empty }: Condition): string {
  if (equals !== undefined) return `is ${JSON.stringify(equals)}`
  if (oneOf !== undefined) return `is one of ${oneOf.map((value) => JSON.stringify(value)).join(', ')}`
  if (pattern !== undefined) return `matches ${pattern}`
  return empty === true ? 'is missing or empty' : 'has another requirement, which this page does not know'
}

function ConditionText({ condition }: { readonly condition: Condition }) {
  return (
    <>
      <VisibleText as="code">{condition.claim}</VisibleText> <VisibleText>{requirementOf(condition)}</VisibleText>
    </>
  )
}

/** Shows the ID while the email address is unknown, and to a person who cannot read users. */
function UserName({ id }: { readonly id: string }) {
  const isAllowed = can(useMe(), 'gateway:user:write')
  const { data } = useQuery({
    queryKey: ['/users', id],
    queryFn: ({ signal }) => get('/users/{id}', { id }, signal),
    enabled: isAllowed,
  })
  return <VisibleText>{data?.email ?? id}</VisibleText>
}
