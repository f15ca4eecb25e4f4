// `node cluster/src/cli.ts up|down|status|kubeconfig|tools`: the cluster named by CLUSTER (kind, local or current).
import { toolsDirectory } from './local/binaries.ts';
import { chooseProvider } from './provider.ts';

const usage = 'usage: cli.ts up|down|status|kubeconfig|tools   (CLUSTER=kind|local|current chooses the cluster)';

const commands: Readonly<Record<string, () => Promise<void>>> = {
  up: async () => {
    const provider = await chooseProvider();
    const { kubeconfigPath } = await provider.up();
    const tools = await toolsDirectory();
    console.error(`the ${provider.name} cluster is up; to use it:`);
    console.log(`export KUBECONFIG=${kubeconfigPath} PATH=${tools}:$PATH`);
  },
  down: async () => (await chooseProvider()).down(),
  status: async () => {
    const { isUp, text } = await (await chooseProvider()).status();
    console.log(text);
    if (!isUp) process.exitCode = 1;
  },
  kubeconfig: async () => console.log((await chooseProvider()).kubeconfigPath()),
  tools: async () => console.log(await toolsDirectory()),
};

const [name = '', ...rest] = process.argv.slice(2);
const command = rest.length === 0 ? commands[name] : undefined;
if (command === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
