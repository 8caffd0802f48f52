import type { ResponseOf, SecondFactor } from '@rack-gateway/gateway-api'
import { factorKindName } from '../../second-factor/method-names.ts'
import { Button } from '../../ui/controls/button.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { Row } from '../../ui/layout/row.tsx'
import { Stack } from '../../ui/layout/stack.tsx'
import { Table } from '../../ui/lists/table.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { Time } from '../../ui/time/time.tsx'
import type { FactorDialog } from './factors-search.ts'

interface FactorListProps {
  readonly factors: readonly SecondFactor[]
  readonly settings: ResponseOf<'secondFactorSettings'>
  readonly onOpen: (dialog: FactorDialog, factor?: string) => void
}

export function FactorList({ factors, settings, onOpen }: FactorListProps) {
  const { passkeys, passkeysReason, freshLogin } = settings
  const canAdd = factors.length > 0 || freshLogin
  return (
    <Card title="Your passkeys and authenticator apps">
      {factors.length === 0 ? (
        <Stack gap={2}>
          <p>You have no second factor yet.</p>
          <p className="soft">
            A thief who has one of your tokens can use it until it expires. With a second factor, the most dangerous
            actions also need something that only you have.
          </p>
        </Stack>
      ) : (
        <Table
          label="Your second factors"
          rows={factors}
          keyOf={({ id }) => id}
          empty=""
          columns={[
            { title: 'Name', cell: ({ name }) => name },
            { title: 'Kind', cell: ({ kind }) => factorKindName(kind) },
            { title: 'Added', cell: ({ createdAt }) => <Time at={createdAt} kind="relative" />, secondary: true },
            {
              title: 'Last used',
              cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} kind="relative" />),
            },
            {
              title: 'Actions',
              cell: ({ id, name }) => (
                <Row as="span">
                  <Button kind="quiet" aria-label={`Rename ${name}`} onPress={() => onOpen('rename', id)}>
                    Rename
                  </Button>
                  <Button kind="danger" aria-label={`Remove ${name}`} onPress={() => onOpen('remove', id)}>
                    Remove
                  </Button>
                </Row>
              ),
            },
          ]}
        />
      )}
      {canAdd && (
        <Row>
          {passkeys && (
            <Button kind={factors.length === 0 ? 'primary' : 'plain'} onPress={() => onOpen('passkey')}>
              Add a passkey
            </Button>
          )}
          <Button kind={factors.length === 0 && !passkeys ? 'primary' : 'plain'} onPress={() => onOpen('totp')}>
            Add an authenticator app
          </Button>
        </Row>
      )}
      {canAdd && passkeys && factors.length === 0 && (
        <p className="soft">
          Choose a passkey if you can: nobody can trick you into using it on another site. Some actions accept nothing
          else.
        </p>
      )}
      {!passkeys && (
        <p className="soft">
          <VisibleText>{passkeysReason ?? 'This gateway does not support passkeys.'}</VisibleText>
        </p>
      )}
    </Card>
  )
}
