// Charts as YAML, one text a chart, in the order to apply them.
import { type App, Chart, Yaml } from 'cdk8s';

/** By the chart's id. */
export function synthesize(app: App): ReadonlyMap<string, string> {
  const charts = app.node.children.filter((child) => child instanceof Chart);
  return new Map(charts.map((chart) => [chart.node.id, Yaml.stringify(...chart.toJson())]));
}
