import { useQuery } from '@tanstack/react-query'
import { BlockedOperations } from './blocked-operations.tsx'
import { CommandRules } from './command-rules.tsx'
import { LoadedPackages } from './loaded-packages.tsx'
import { NameLists } from './name-lists.tsx'
import { matrixQuery } from './policy-queries.ts'
import { QueryResult } from './query-result.tsx'
import { RecordingRules } from './recording-rules.tsx'
import { StepUpRequirements } from './step-up-requirements.tsx'
import { TokenLifetimes } from './token-lifetimes.tsx'

export function RulesTab() {
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
