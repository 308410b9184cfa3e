package io.leasegate.suites;

import java.io.IOException;
import java.nio.file.Path;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Reads the report that h2spec writes in JUnit's form. Stateless. */
final class H2specReport {

    private H2specReport() {}

    static Score read(Path report) throws IOException {
        Score score = new Score();
        NodeList cases = parse(report).getElementsByTagName("testcase");
        for (int i = 0; i < cases.getLength(); i++) {
            Element c = (Element) cases.item(i);
            String name = c.getAttribute("package") + ": " + c.getAttribute("classname");
            score.add(name, !has(c, "failure") && !has(c, "error") && !has(c, "skipped"), text(c));
        }
        return score;
    }

    private static boolean has(Element testCase, String tag) {
        return testCase.getElementsByTagName(tag).getLength() > 0;
    }

    private static String text(Element testCase) {
        return testCase.getTextContent().strip().replaceAll("\\s+", " ");
    }

    private static Document parse(Path report) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            return factory.newDocumentBuilder().parse(report.toFile());
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("h2spec's report " + report + " cannot be read: " + e.getMessage(), e);
        }
    }
}
