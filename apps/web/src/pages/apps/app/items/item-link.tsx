import { Link } from '@tanstack/react-router'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { useApp } from '../address/use-app.ts'

interface ItemLinkProps {
  readonly tab: 'builds' | 'releases'
  readonly id: string
  /** Whether the keys j and k move to this link. */
  readonly isRow?: boolean
  /** By default, the rack of the page. */
  readonly rack?: string
  /** By default, the app of the page. */
  readonly app?: string
}

export function ItemLink({ tab, id, isRow = false, ...target }: ItemLinkProps) {
  const { rack, app } = { ...useApp(), ...target }
  return (
    <Link
      to={`/apps/$rack/$app/${tab}`}
      params={{ rack, app }}
      search={{ open: id }}
      {...(isRow && { 'data-row-link': '' })}
    >
      <VisibleText as="code">{id}</VisibleText>
    </Link>
  )
}
