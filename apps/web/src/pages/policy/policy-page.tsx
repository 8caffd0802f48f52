import { getRouteApi } from '@tanstack/react-router'
import { can } from '../../api/can.ts'
import { useMe } from '../../api/queries.ts'
import { Page } from '../../ui/page.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { DecisionTab } from './decision-tab.tsx'
import { DocumentTab } from './document-tab.tsx'
import { MatrixTab } from './matrix-tab.tsx'
import { type PolicyTab, policyTabs } from './policy-search.ts'
import { ProposalTab } from './proposal-tab.tsx'
import { RulesTab } from './rules-tab.tsx'

const route = getRouteApi('/policy')

const tabs: Readonly<Record<PolicyTab, { readonly title: string; readonly content: React.ReactNode }>> = {
  document: { title: 'Document', content: <DocumentTab /> },
  matrix: { title: 'Roles and permissions', content: <MatrixTab /> },
  rules: { title: 'Rules', content: <RulesTab /> },
  decision: { title: 'Decisions', content: <DecisionTab /> },
  proposal: { title: 'Proposed document', content: <ProposalTab /> },
}

export default function PolicyPage() {
  const me = useMe()
  const { tab = 'document' } = route.useSearch()
  const shown = policyTabs.filter((name) => name !== 'proposal' || can(me, 'gateway:policy:read'))
  const navigate = route.useNavigate()
  return (
    <Page title="Policy" summary="Who can do what, by which rule, and what a change of the document would change.">
      <Tabs
        label="The policy"
        selected={shown.includes(tab) ? tab : 'document'}
        onSelect={(id) => {
          const chosen = policyTabs.find((name) => name === id)
          void navigate({ search: chosen === undefined || chosen === 'document' ? {} : { tab: chosen } })
        }}
        tabs={shown.map((id) => ({ id, ...tabs[id] }))}
      />
    </Page>
  )
}
