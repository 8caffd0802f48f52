/**
 * The directory in which the user typed the command. `pnpm rack-gateway …` runs in the root of this workspace, and sets
 * `INIT_CWD`. Package scripts of other workspaces use their working directory.
 */
export function invocationDirectory(env: NodeJS.ProcessEnv, cwd: string): string {
  const isOurScript = env.npm_lifecycle_event === 'rack-gateway' && env.npm_package_name === 'rack-gateway-workspace'
  return isOurScript && env.INIT_CWD ? env.INIT_CWD : cwd
}
