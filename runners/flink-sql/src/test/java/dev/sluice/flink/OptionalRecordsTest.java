package dev.sluice.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.avro.shaded.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.avro.shaded.org.apache.avro.Schema;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericData;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumWriter;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.BinaryEncoder;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.flink.avro.shaded.org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The operator's reader schema for optional records against the Avro library that Flink reads with. */
class OptionalRecordsTest {
    private static final Path GOLDEN = Path.of("../../operator/src/engines/flink/__golden__/optional-records.json");

    @Test
    @DisplayName("reads what was written with the declared schema, required and optional records alike")
    void resolves() throws Exception {
        JsonNode schemas = new ObjectMapper().readTree(Files.readString(GOLDEN));
        Schema written = new Schema.Parser().parse(schemas.get("written").toString());
        Schema read = new Schema.Parser().parse(schemas.get("read").toString());

        GenericRecord order = new GenericData.Record(written);
        order.put("billing", address(written, "Köln"));
        order.put("shipping", address(written, "Bonn"));
        GenericRecord payer = new GenericData.Record(written.getField("payer").schema().getTypes().get(1));
        payer.put("address", address(written, "Trier"));
        order.put("payer", payer);
        order.put("stops", Arrays.asList(address(written, "Mainz"), null));
        GenericData.EnumSymbol kind = new GenericData.EnumSymbol(written.getField("kind").schema(), "A");
        order.put("kind", kind);
        order.put("kinds", Map.of("a", kind));

        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(written).write(order, encoder);
        encoder.flush();
        GenericRecord result =
                new GenericDatumReader<GenericRecord>(written, read)
                        .read(null, DecoderFactory.get().binaryDecoder(bytes.toByteArray(), null));

        assertEquals("Köln", city(result.get("billing")));
        assertEquals("Bonn", city(result.get("shipping")));
        assertEquals("Trier", city(((GenericRecord) result.get("payer")).get("address")));
        GenericData.Array<?> stops = (GenericData.Array<?>) result.get("stops");
        assertEquals("Mainz", city(stops.get(0)));
        assertNull(stops.get(1));
        assertEquals("A", result.get("kind").toString());
    }

    private static GenericRecord address(Schema order, String city) {
        GenericRecord address = new GenericData.Record(order.getField("billing").schema());
        address.put("city", city);
        return address;
    }

    private static String city(Object address) {
        return ((GenericRecord) address).get("city").toString();
    }
}
