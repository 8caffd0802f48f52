import { Link } from '@tanstack/react-router'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { useApp } from './use-app.ts'

interface RowLinkProps {
  readonly tab: 'builds' | 'releases'
  /** The ID of a build or a release. */
  readonly id: string
  /** Whether it is the main link of its row, which the keys j and k move to. */
  readonly isRow?: boolean
  /** By default, the rack of the page. */
  readonly rack?: string
  /** By default, the app of the page. */
  readonly app?: string
}

/** Opens a build or a release of an app. */
export function RowLink({ tab, id, isRow = false, ...target }: RowLinkProps) {
  const { rack, app } = { ...useApp(), ...target }
  return (
    <Link
      to={`/apps/$rack/$app/${tab}`}
      params={{ rack, app }}
      search={{ open: id }}
      {...(isRow && { 'data-row-link': '' })}
    >
      <code>
        <VisibleText>{id}</VisibleText>
      </code>
    </Link>
  )
}
