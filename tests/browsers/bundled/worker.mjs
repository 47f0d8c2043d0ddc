/** The same in a worker. */
import { answerPlace } from "./place.mjs";

postMessage(await answerPlace());
