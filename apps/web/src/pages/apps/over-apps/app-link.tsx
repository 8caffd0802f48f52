import { Link } from '@tanstack/react-router'
import { VisibleText } from '../../../ui/visible-text.tsx'

interface AppLinkProps {
  readonly rack: string
  readonly app: string
}

export function AppLink({ rack, app }: AppLinkProps) {
  return (
    <Link to="/apps/$rack/$app/services" params={{ rack, app }} search={{}}>
      <VisibleText>{`${rack}/${app}`}</VisibleText>
    </Link>
  )
}
