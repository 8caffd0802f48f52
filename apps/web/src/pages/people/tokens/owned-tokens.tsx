import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Row } from '../../../ui/layout/row.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { listQuery } from '../lists/list-query.ts'
import { PanelPart } from '../panel/panel.tsx'
import { TokenState } from './token-state.tsx'

interface OwnedTokensProps {
  readonly owner: string
  /** Whether the owner is locked or disabled, so that no token works. */
  readonly isStopped: boolean
}

export function OwnedTokens({ owner, isStopped }: OwnedTokensProps) {
  const { data, error, isPending, hasNextPage } = useInfiniteQuery(listQuery('/tokens', { owner }))
  const tokens = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <PanelPart
      title="API tokens"
      action={
        hasNextPage && (
          <Link to="/people/tokens" search={{ of: owner }}>
            All
          </Link>
        )
      }
    >
      {error && <Problem error={error} />}
      {isPending && <Spinner label="Loading the API tokens" />}
      {data && tokens.length === 0 && <p className="soft">None.</p>}
      <Stack as="ul" gap={1}>
        {tokens.map((token) => (
          <Row as="li" justify="between" key={token.id}>
            <span>
              <Link to="/people/tokens" search={{ open: token.id }}>
                <VisibleText>{token.name}</VisibleText>
              </Link>
            </span>
            <TokenState token={token} isStopped={isStopped} />
          </Row>
        ))}
      </Stack>
    </PanelPart>
  )
}
