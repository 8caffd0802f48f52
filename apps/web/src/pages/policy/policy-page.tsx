import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { can } from '../../api/can.ts'
import { useMe } from '../../api/queries.ts'
import { Page } from '../../ui/layout/page.tsx'
import { Tabs } from '../../ui/navigation/tabs.tsx'
import { BlockedOperations } from './blocked-operations.tsx'
import { CommandRules } from './command-rules.tsx'
import { DecisionTab } from './decision-tab.tsx'
import { DocumentTab } from './document-tab.tsx'
import { LoadedPackages } from './loaded-packages.tsx'
import { MatrixTab } from './matrix-tab.tsx'
import { NameLists } from './name-lists.tsx'
import { matrixQuery } from './policy-queries.ts'
import { type PolicyTab, policyTabs } from './policy-search.ts'
import { ProposalTab } from './proposal-tab.tsx'
import { QueryResult } from './query-result.tsx'
import { RecordingRules } from './recording-rules.tsx'
import { StepUpRequirements } from './step-up-requirements.tsx'
import { TokenLifetimes } from './token-lifetimes.tsx'

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

function RulesTab() {
  const matrix = useQuery(matrixQuery)
  return (
    <QueryResult query={matrix} what="the rules">
      {(loaded) => (
        <>
          <CommandRules rules={loaded.commandRules} />
          <BlockedOperations matrix={loaded} />
          <NameLists names={loaded.names} />
          <RecordingRules rules={loaded.recordings} />
          <StepUpRequirements stepUps={loaded.stepUps} enrollment={loaded.enrollment} />
          <TokenLifetimes tokens={loaded.tokens} />
          <LoadedPackages packages={loaded.packages} />
        </>
      )}
    </QueryResult>
  )
}
