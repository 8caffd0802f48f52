import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useLocation } from '@tanstack/react-router'
import { useEffect } from 'react'
import { matrixQuery } from '../../api/policy-queries.ts'
import { useMe } from '../../api/queries.ts'
import { Page } from '../../ui/layout/page.tsx'
import { Tabs } from '../../ui/navigation/tabs.tsx'
import { type PolicyTab, policyTabs } from './address/policy-search.ts'
import { DecisionTab } from './decision/decision-tab.tsx'
import { DocumentTab } from './document/document-tab.tsx'
import { MatrixTab } from './matrix/matrix-tab.tsx'
import { canOpenTab } from './policy-actions.ts'
import { ProposalTab } from './proposal/proposal-tab.tsx'
import { QueryResult } from './queries/query-result.tsx'
import { BlockedOperations } from './rules/blocked-operations.tsx'
import { CommandRules } from './rules/command-rules.tsx'
import { LoadedPackages } from './rules/loaded-packages.tsx'
import { NameLists } from './rules/name-lists.tsx'
import { RecordingRules } from './rules/recording-rules.tsx'
import { StepUpRequirements } from './rules/step-up-requirements.tsx'
import { TokenLifetimes } from './rules/token-lifetimes.tsx'
import { WouldBeTab } from './would-be/would-be-tab.tsx'

const route = getRouteApi('/policy')

const tabs: Readonly<Record<PolicyTab, { readonly title: string; readonly content: React.ReactNode }>> = {
  document: { title: 'Document', content: <DocumentTab /> },
  matrix: { title: 'Roles and permissions', content: <MatrixTab /> },
  rules: { title: 'Rules', content: <RulesTab /> },
  decision: { title: 'Decisions', content: <DecisionTab /> },
  proposal: { title: 'Proposed document', content: <ProposalTab /> },
  'would-be': { title: 'If enforced', content: <WouldBeTab /> },
}

export default function PolicyPage() {
  const me = useMe()
  const { tab = 'document' } = route.useSearch()
  const shown = policyTabs.filter((name) => canOpenTab(me, name))
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

/** The hash of the address can name a card, such as `#commands`. The card takes the focus, which marks it. */
function RulesTab() {
  const matrix = useQuery(matrixQuery)
  const section = useLocation({ select: ({ hash }) => hash })
  const isLoaded = matrix.data !== undefined
  useEffect(() => {
    if (isLoaded && section !== '') document.getElementById(section)?.focus()
  }, [isLoaded, section])
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
