// Ask with openapi-generator's client for TypeScript; writes what came, read from its types.
import { readFile } from "node:fs/promises";
import * as gantei from "./client/index.js";

const token = process.env.TOKEN;
const configuration = new gantei.Configuration({
  basePath: process.env.SERVER,
  ...(token === undefined ? {} : { accessToken: token }),
});
const pictures = await Promise.all(process.argv.slice(2).map((each) => readFile(each)));
const photographs = pictures.map((each) => new Blob([each]));
const estimates = new gantei.EstimatesApi(configuration);
const served = new gantei.EstimatorsApi(configuration);
const models = new gantei.OpenInferenceApi(configuration);
const running = new gantei.OperationApi(configuration);

function entryOf(entry: gantei.PhotographEntry) {
  if ("problem" in entry) {
    return { name: entry.name, problem: entry.problem.code, status: entry.problem.status };
  }
  const estimate = entry.estimates["demo-age"];
  const [value, unit]: [number, string] = [estimate.values.age.value, estimate.values.age.unit];
  return {
    name: entry.name,
    age: value,
    unit,
    eye: [entry.eye, entry.eyeFrom],
    findings: [...estimate.warnings, ...entry.findings!].map((each) => [each.code, each.text]),
    map: [estimate.map?.rows.length, estimate.map?.box.left],
  };
}

async function problemOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof gantei.ResponseError)) throw error;
    const problem = gantei.ProblemDocumentFromJSON(await error.response.json());
    return [problem.status, problem.code, problem.values, Boolean(problem.requestId)];
  }
  throw new Error("no problem");
}

const answer = await estimates.predict({
  photographs,
  estimators: ["demo-age"],
  eyes: photographs.map(() => "right"),
  explain: "map",
});
const inferenceRequest: gantei.InferenceRequest = {
  id: "7",
  inputs: [
    {
      name: "photograph",
      datatype: "BYTES",
      shape: [pictures.length],
      data: pictures.map((each) => each.toString("base64")),
      parameters: { contentType: "base64" },
    },
  ],
};
const inferred = await models.infer({ name: "demo-age", inferenceRequest });
let ages: (number | null)[] | undefined;
let problems: string[] | undefined;
for (const output of inferred.outputs) {
  if (output.datatype === "FP32") ages = output.data;
  else if (output.name === "problem") problems = output.data;
}
const described = await models.modelInfo({ name: "demo-age" });
const { estimators } = await served.listEstimators();
const toml = { name: "demo-age", file: "estimator.toml" };
const told = {
  estimators: Object.fromEntries(estimators.map((each) => [each.name, each.values])),
  manifest: (await served.describeEstimator({ name: "demo-age" })).manifest.name,
  card: await served.showCard({ name: "demo-age" }),
  file: await (await served.download(toml)).text(),
  part: await (await served.download({ ...toml, range: "bytes=0-9" })).text(),
  entries: answer.photographs.map(entryOf),
  refused: await problemOf(estimates.predict({ photographs, estimators: ["nobody"] })),
  v2: { id: inferred.id, age: ages, problems },
  "v2 version": inferred.modelVersion,
  "v2 model": [described.inputs[0].name, described.outputs[0].datatype],
  "v2 config": (await models.modelConfig({ name: "demo-age" })).output[0].dataType,
  "v2 models": (await models.listModels()).map((each) => [each.name, each.state]),
  "v2 refused": await problemOf(models.infer({ name: "nobody", inferenceRequest })),
  ready: [
    (await running.livez()).alive,
    (await running.readyz()).ready,
    (await models.serverLive()).live,
    (await models.serverReady()).ready,
    (await models.modelReady({ name: "demo-age" })).ready,
  ],
  server: (await models.serverMetadata()).name,
  metrics: (await running.metrics()).includes("gantei_requests_total"),
};
console.log(JSON.stringify(told));
