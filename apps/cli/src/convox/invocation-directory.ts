/**
 * Where the person stands. `pnpm rack-gateway …` starts us in the workspace's root, and says in `INIT_CWD` where it was
 * typed. Only that script counts: in a package script of someone else's, the working directory is what they meant.
 */
export function invocationDirectory(env: NodeJS.ProcessEnv, cwd: string): string {
  const throughOurScript =
    env.npm_lifecycle_event === 'rack-gateway' && env.npm_package_name === 'rack-gateway-workspace'
  return throughOurScript && env.INIT_CWD ? env.INIT_CWD : cwd
}
